"""Whether two results are the same, strictly: value, exact type, order, sharing."""
