"""What one visitor has chosen and brought, and the address that carries it."""
