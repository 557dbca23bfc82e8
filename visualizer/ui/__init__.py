"""Streamlit only: the typed session, and widgets that pages share."""
