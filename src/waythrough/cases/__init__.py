"""Cases shipped with Waythrough: data, and the loader that reads it. No other room may import this one's data."""
