create foreign data wrapper w options (b '3', c 'it''s');
