"""A network explained: costs, receptive fields, checks, changes and tables, all read from its graphs."""
