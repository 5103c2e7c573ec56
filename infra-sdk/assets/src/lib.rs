//! What a stack ships: folders as archives, images as layers.
