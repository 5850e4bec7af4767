"""Zips of DL4J 0.5.0 to 1.0.0-beta7: their JSON, vectors and rules, told in the words of 1.0.0-M2.1."""
