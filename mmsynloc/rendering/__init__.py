"""What a network sees of images: the plan that transforms compose, and its drawing."""

from mmsynloc.rendering.draw import draw_layer, draw_plan
from mmsynloc.rendering.plan import INSTANCE_KEYS, ImageLayer, LayerGroup, RenderPlan, get_plan

__all__ = ["INSTANCE_KEYS", "ImageLayer", "LayerGroup", "RenderPlan", "draw_layer", "draw_plan", "get_plan"]
