"""Pages of the web and of mirrors of it, fetched politely and safely; every fault is a value."""
