"""dl4py: one YAML spec becomes a trained neural network."""
