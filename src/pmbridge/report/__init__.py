"""The client report: what a client may see of an engagement, as data and as pages. Pure, without store or network."""
