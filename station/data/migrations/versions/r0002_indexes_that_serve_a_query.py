"""Indexes that serve a query, and no others; the triggers of the replica come after it"""

from station.data.migrations.ops import create_index, drop_index

revision = "0002"
down_revision = "0001"

UNUSED = (
    ("ix_audit_events_subject_id", "audit_events"),
    ("ix_deployment_events_deployment_id", "deployment_events"),
    ("ix_deployments_station_id_not_before", "deployments"),
    ("ix_drawer_movements_business_day_id", "drawer_movements"),
    ("ix_drawer_sessions_business_day_id", "drawer_sessions"),
    ("ix_login_events_at", "login_events"),
    ("ix_menu_items_category_id_position", "menu_items"),
    ("ix_modifier_components_modifier_id", "modifier_components"),
    ("ix_order_discounts_order_id", "order_discounts"),
    ("ix_order_line_modifiers_order_line_id", "order_line_modifiers"),
    ("ix_order_tokens_place", "order_tokens"),
    ("ix_orders_placed_at", "orders"),
    ("ix_payments_business_day_id", "payments"),
    ("ix_payments_order_id", "payments"),
    ("ix_recipe_components_part_recipe_id", "recipe_components"),
    ("ix_refunds_business_day_id", "refunds"),
    ("ix_refunds_payment_id", "refunds"),
    ("ix_shifts_business_day_id", "shifts"),
    ("ix_token_moves_at", "token_moves"),
    ("ix_token_moves_order_id_part", "token_moves"),
)


def upgrade() -> None:
    for name, table in UNUSED:
        drop_index(name, table)
    create_index("ix_audit_events_kind_at", "audit_events", "kind", "at")
