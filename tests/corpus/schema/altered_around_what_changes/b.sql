CREATE ROLE guest;
CREATE SCHEMA shop;

CREATE TABLE shop.item (state text);
