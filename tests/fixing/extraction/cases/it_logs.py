# classes: First Second
# expect: FX-GRAPH
import logging

from torch import nn

logger = logging.getLogger(__name__)


class First(nn.Module):
    def forward(self, x):
        logger.info('%s %s', self.norm(self.up(self.act(x)), self.down(x), self.width, self.depth, self.scale), x)  # <- FX-GRAPH
        return self.first(x)


class Second(nn.Module):
    def forward(self, x):
        logger.info('%s %s', self.norm(self.up(self.act(x)), self.down(x), self.width, self.depth, self.scale), x)
        return self.second(x, x)
