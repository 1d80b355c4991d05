"""Everything around the models.

Imports run one way: report > runs > pictures > run > training > evaluation > settings > program.
"""
