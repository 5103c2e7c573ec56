//! What auto scaling will do, before it is deployed: AWS's semantics, capacity models, loads, unknowns and search.
