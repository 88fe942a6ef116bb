
CREATE TABLE sale (id integer, region text, part text) PARTITION BY LIST (region);
CREATE TABLE sale_north PARTITION OF sale FOR VALUES IN ('north') PARTITION BY LIST (part);
CREATE TABLE sale_north_x PARTITION OF sale_north FOR VALUES IN ('x');
