package cluster

import "slices"

// Image returns what is known of an image by its normalised name, nil if no node holds it.
func (s *Snapshot) Image(name string) *ImageState { return s.images[name] }

// HasImages tells whether any node holds any image.
func (s *Snapshot) HasImages() bool { return len(s.images) > 0 }

// Holds tells whether the node holds the image.
func (i *ImageState) Holds(node string) bool { return i.holders[node] }

func (s *Snapshot) learnImages(node *Node) {
	for _, image := range node.Images {
		for _, name := range image.Names {
			state := s.images[name]
			if state == nil {
				state = &ImageState{SizeBytes: image.SizeBytes, holders: map[string]bool{}}
				s.images[name] = state
			}
			state.holders[node.Name] = true
			state.Nodes = len(state.holders)
		}
	}
}

func (s *Snapshot) forgetImages(node *Node) {
	for _, image := range node.Images {
		for _, name := range image.Names {
			state := s.images[name]
			if state == nil {
				continue
			}
			delete(state.holders, node.Name)
			if state.Nodes = len(state.holders); state.Nodes == 0 {
				delete(s.images, name)
			}
		}
	}
}

func sameImages(a, b *Node) bool {
	return slices.EqualFunc(a.Images, b.Images, func(x, y Image) bool {
		return x.SizeBytes == y.SizeBytes && slices.Equal(x.Names, y.Names)
	})
}
