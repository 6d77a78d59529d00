int nothing_said;
