from utils.evaluation.words import summary_rows

METRICS = {
    "heldout_reconstruction": 14.5,
    "heldout_kl": 3.25,
    "active_units": 4,
    "p": 0.062,
    "c2st_auc": {"value": 0.53, "standard_error": 0.02, "p": 0.1},
    "off_support": {"value": 0.012, "p": 0.4},
    "closer_to_train": {"value": 0.498, "p": 0.7},
    "copies": {"value": 0.002},
}


def test_a_run_is_summed_up_in_rows_of_a_name_and_a_short_text():
    rows = summary_rows(METRICS)

    assert list(rows.values()) == [
        "17.75 = 14.50 + KL 3.25",
        "4",
        "0.53 ± 0.02",
        "0.062",
        "1.2%",
        "0.498, p = 0.7",
        "0.2%",
    ]


def test_too_few_points_for_a_test_get_no_row_of_tests():
    rows = summary_rows({**METRICS, "p": None})

    assert list(rows.values()) == ["17.75 = 14.50 + KL 3.25", "4", "0.2%"]
