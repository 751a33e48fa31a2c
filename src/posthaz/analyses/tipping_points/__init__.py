"""How far prior, patients or a confounder must go to change what is concluded."""
