"""REST: filing, following and answering requests for people and staff."""
