"""What the pages share: session state, words, caches, components."""
