"""The writing side: sources in, one immutable index generation out."""
