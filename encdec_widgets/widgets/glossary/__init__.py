"""Words of the glossary in the texts on screen, and the cards that explain them."""
