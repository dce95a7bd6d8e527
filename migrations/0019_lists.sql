-- What lists can be narrowed by stands on many pages. It is read from these alone, in their order. Before, every such page
-- walked through all services and their heads for it.
CREATE INDEX services_groups ON services (group_ja, group_en);
CREATE INDEX services_providers ON services (provider);
CREATE INDEX heads_answered ON heads (layer, answered, asked);
