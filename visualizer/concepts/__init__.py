"""The arithmetic behind the concept pages: plain functions, numpy results."""
