"""What happens inside a network: gates, experiments, units, saliency, feature maps."""
