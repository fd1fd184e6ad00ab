"""The words of the house: frozen values and refusals, standard library only."""
