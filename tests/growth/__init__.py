"""Growth: pages, calls and acts cost the same in a big installation as in a small one."""
