"""Small charts beside the picture, as HTML, SVG and PNG: plotly draws the one large figure alone."""
