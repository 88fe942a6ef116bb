CREATE ROLE guest;
CREATE SCHEMA shop;

CREATE TYPE shop.state AS ENUM ('new', 'sold');
CREATE TABLE shop.item (state shop.state);
GRANT USAGE ON SCHEMA shop TO guest;
