//! Merging, on the network's known groups and on made-up networks.
