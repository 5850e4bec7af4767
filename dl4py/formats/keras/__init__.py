"""What lies in Keras files, and what it is called in DL4J."""
