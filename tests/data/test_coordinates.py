from data.coordinates import AXIS_LABELS, COLORS, N_COLORS, N_COORDINATES, N_PLACES, NAMES, PLACES


def test_places_come_first_and_colors_are_the_rest():
    assert NAMES[PLACES] + NAMES[COLORS] == NAMES
    assert (len(NAMES[PLACES]), len(NAMES[COLORS]), len(AXIS_LABELS)) == (N_PLACES, N_COLORS, N_COORDINATES)
