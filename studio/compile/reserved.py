"""Names that a generated class may not give to its modules and values, known without torch."""

import builtins

_TEXT = """
T_destination add_module apply bfloat16 buffers build call_super_init children compile counts cpu
cuda double dump_patches eval extra_repr float forward get_buffer get_extra_state get_parameter
get_submodule half ipu load_state_dict losses metrics modules mtia named_buffers named_children
named_modules named_parameters parameters register_backward_hook register_buffer
register_forward_hook register_forward_pre_hook register_full_backward_hook
register_full_backward_pre_hook register_load_state_dict_post_hook
register_load_state_dict_pre_hook register_module register_parameter
register_state_dict_post_hook register_state_dict_pre_hook requires_grad_ scored
set_extra_state set_submodule share_memory state_dict to to_empty train training type xpu zero_grad
"""

MODULE_NAMES = frozenset(_TEXT.split())
"""Attributes of every ``nn.Module`` and of the generated class; a test compares them with torch."""

VALUE_NAMES = frozenset(
    {*dir(builtins), "self", "torch", "nn", "math", "tap", "x", "model", "at", "layer", "number"}
)
"""What a value without axes in its name would hide."""
