"""Every Plotly figure: numpy in, a plotly Figure out."""
