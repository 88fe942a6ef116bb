
CREATE TABLE sale (id bigint, region text) PARTITION BY LIST (region);
CREATE TABLE sale_north PARTITION OF sale FOR VALUES IN ('north') PARTITION BY RANGE (id);
CREATE TABLE sale_north_x PARTITION OF sale_north FOR VALUES FROM (0) TO (10);
