"""Many designs as points: two figures against each other, the Pareto front named, colour and size by a third."""
