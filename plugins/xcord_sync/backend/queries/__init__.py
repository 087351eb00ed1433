"""Every query there is, by what it is about. Each takes the connection whose transaction it is part of."""
