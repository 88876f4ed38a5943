"""Work that programs do for the helpdesk: vectors, and the duties of `helpdesk worker`."""
