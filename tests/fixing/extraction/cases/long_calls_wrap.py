# classes: create_first.First create_second.Second
# expect: S1
# options: width=60
from torch import nn


def create_first():
    class First(nn.Module):
        def forward(self, hidden_states, attention_mask, position_bias):
            hidden_states = self.norm(hidden_states)
            query, key, value = self.project(hidden_states, position_bias)
            scores = self.scores(query, key, attention_mask)
            scores = self.soften(scores, hidden_states)
            return self.first(scores, value)

    return First()


def create_second():
    class Second(nn.Module):
        def forward(self, hidden_states, attention_mask, position_bias):
            hidden_states = self.norm(hidden_states)
            query, key, value = self.project(hidden_states, position_bias)
            scores = self.scores(query, key, attention_mask)
            scores = self.soften(scores, hidden_states)
            return self.second(scores, value)

    return Second()
