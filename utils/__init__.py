"""Everything around the models. Imports run one way: runs > pictures > training > evaluation > settings > program."""
