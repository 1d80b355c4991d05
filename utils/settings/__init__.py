"""What config.yaml and the command line may say."""
