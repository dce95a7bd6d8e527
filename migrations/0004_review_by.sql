-- Answers whose review is due, by day.
CREATE INDEX cells_review_by ON cells (value, service, row_id)
    WHERE layer = 'shared' AND section = 'criteria' AND field = 'review_by';
