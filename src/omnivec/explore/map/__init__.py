"""A map of vectors: one page of HTML to look around in, that opens from disk and asks no network.

    from omnivec.explore.map import write_map

    write_map(vectors, "map.html")

Neighbours and analogies on the page are computed from the vectors, which travel in it as they are stored.
"""

from omnivec.explore.map.atlas import MOST, Atlas, atlas
from omnivec.explore.map.writing import Written, write_map, write_points

__all__ = ["MOST", "Atlas", "Written", "atlas", "write_map", "write_points"]
