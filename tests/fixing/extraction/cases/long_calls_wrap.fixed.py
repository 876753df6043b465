# classes: create_first.First create_second.Second
# expect: S1
# options: width=60
from torch import nn


def _first_value_scores(
    module, hidden_states, attention_mask, position_bias
):
    """Start of the forward of First and Second."""
    hidden_states = module.norm(hidden_states)
    query, key, value = module.project(hidden_states, position_bias)
    scores = module.scores(query, key, attention_mask)
    scores = module.soften(scores, hidden_states)
    return value, scores


def create_first():
    class First(nn.Module):
        def forward(self, hidden_states, attention_mask, position_bias):
            value, scores = _first_value_scores(
                self,
                hidden_states,
                attention_mask,
                position_bias,
            )
            return self.first(scores, value)

    return First()


def create_second():
    class Second(nn.Module):
        def forward(self, hidden_states, attention_mask, position_bias):
            value, scores = _first_value_scores(
                self,
                hidden_states,
                attention_mask,
                position_bias,
            )
            return self.second(scores, value)

    return Second()
