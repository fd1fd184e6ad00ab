"""READ: documents, forms and tables in; draft claims and rows out."""
