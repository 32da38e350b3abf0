"""A page that needs nothing: one HTML file with a network and its neighbours, each of them really built."""
