"""The arms compared in some patients: model, Cox beside it, groups, test of an interaction."""
