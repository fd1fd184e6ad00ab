"""Everything a person can do: may they, is it so, write it down."""
