(** Example 3: an encoder that sees word frequencies x/l, and not the length l, forces full collapse.

    Equation (9) at two documents with equal frequencies and different lengths, which repeat one word k, reads

        l_1 f_k(z) + a(z) = <psi(z), g> + b_1,     l_2 f_k(z) + a(z) = <psi(z), g> + b_2       with one and the same
          g,

    so (l_1 - l_2) f_k(z) = b_1 - b_2 does not depend on z.  No minimality is used, nor what the latent variable is.
    For the multinomial decoder (21) f is the logarithm of the word probabilities: <x, f> - l A(f) = <x, f - A(f)>.

    - frequencies_force_collapse   f is constant
    - scaled_twins_force_collapse  the same when x and a multiple of x look alike to the encoder, for enough x
    - frequencies_posterior        and the encoder's log-odds between any two z are those of the prior, for every x *)

From tightcheck Require Import finite_sums criterion.

Section Frequencies.
Context {K : field} {X Z : Type}.
Add Field K_field : (laws K).

Variables n m : nat.
Variable counts : X -> nat -> K.
Variable length : X -> K.
Variable psi : Z -> nat -> K.

(** Word k alone, in two lengths, neither of them zero. *)
Definition two_lengths (k : nat) : Prop := exists (x y : X) (l1 l2 : K),
  l1 <> l2 /\ l1 <> 0 /\ l2 <> 0 /\ length x = l1 /\ length y = l2 /\
  (forall i, i < n -> counts x i = l1 * unit k i) /\ (forall i, i < n -> counts y i = l2 * unit k i).

Definition sees_frequencies_only (g : X -> nat -> K) : Prop := forall x y,
  (forall i, i < n -> counts x i / length x = counts y i / length y) -> forall j, j < m -> g x j = g y j.

Variable f : Z -> nat -> K.
Variables A P : Z -> K.
Variable g : X -> nat -> K.
Variable b : X -> K.
Hypothesis exact : forall x z, dot n (counts x) (f z) - A z + P z = dot m (psi z) (g x) + b x.

Lemma single_word k x l z : k < n -> (forall i, i < n -> counts x i = l * unit k i) ->
  dot n (counts x) (f z) = l * f z k.
Proof.
  intros Hk Hx. rewrite (dot_ext n _ (fun i => l * unit k i) (f z) (f z)) by auto.
  rewrite dot_comm, dot_scale, dot_comm, dot_unit by auto. reflexivity.
Qed.

Theorem frequencies_force_collapse : sees_frequencies_only g ->
  forall k, k < n -> two_lengths k -> forall z z', f z k = f z' k.
Proof.
  intros S k Hk (x & y & l1 & l2 & Hl & H1 & H2 & Lx & Ly & Cx & Cy) z z'.
  assert (G : forall j, j < m -> g x j = g y j).
  { apply S. intros i Hi. rewrite Cx, Cy, Lx, Ly by auto. field. now split. }
  assert (D : l1 - l2 <> 0).
  { intro E. apply Hl. transitivity (l1 - l2 + l2); [ring|rewrite E; ring]. }
  assert (slope : forall w, f w k = (b x - b y) / (l1 - l2)).
  { intro w. pose proof (exact x w) as Ex. pose proof (exact y w) as Ey.
    rewrite (single_word k x l1) in Ex by auto. rewrite (single_word k y l2) in Ey by auto.
    assert (Q : dot m (psi w) (g x) = dot m (psi w) (g y)) by (apply dot_ext; auto).
    assert (E : (l1 - l2) * f w k = b x - b y).
    { transitivity ((l1 * f w k - A w + P w) - (l2 * f w k - A w + P w)); [ring|].
      rewrite Ex, Ey, Q. ring. }
    rewrite <- E. now field. }
  now rewrite !slope.
Qed.

(** D is any set of pairs (x, y) with nu(y) = s nu(x), s <> 1, that the encoder does not tell apart. *)
Theorem scaled_twins_force_collapse (D : Type) (x y : D -> X) (s : D -> K) :
  (forall d, s d <> 1) -> (forall d i, i < n -> counts (y d) i = s d * counts (x d) i) ->
  (forall d j, j < m -> g (x d) j = g (y d) j) -> spans n (fun d => counts (x d)) ->
  forall k, k < n -> forall z z', f z k = f z' k.
Proof.
  intros Hs Hc Hg Sp k Hk z z'. apply (spans_separates n (fun d => counts (x d)) (f z) (f z') Sp); [|assumption].
  intro d. assert (N : s d - 1 <> 0).
  { intro E. apply (Hs d). transitivity (s d - 1 + 1); [ring|rewrite E; ring]. }
  assert (slope : forall w, dot n (counts (x d)) (f w) = (b (y d) - b (x d)) / (s d - 1)).
  { intro w. pose proof (exact (x d) w) as Ex. pose proof (exact (y d) w) as Ey.
    assert (Q : dot m (psi w) (g (x d)) = dot m (psi w) (g (y d))) by (apply dot_ext; auto).
    rewrite (dot_ext n (counts (y d)) (fun i => s d * counts (x d) i) (f w) (f w)) in Ey by auto.
    rewrite dot_comm, dot_scale, dot_comm in Ey.
    assert (E : (s d - 1) * dot n (counts (x d)) (f w) = b (y d) - b (x d)).
    { transitivity ((s d * dot n (counts (x d)) (f w) - A w + P w) - (dot n (counts (x d)) (f w) - A w + P w));
      [ring|].
      rewrite Ex, Ey, Q. ring. }
    rewrite <- E. now field. }
  now rewrite !slope.
Qed.

Theorem frequencies_posterior : sees_frequencies_only g -> (forall k, k < n -> two_lengths k) ->
  (forall z z', (forall k, k < n -> f z k = f z' k) -> A z = A z') ->
  forall x z z', dot m (psi z) (g x) - dot m (psi z') (g x) = P z - P z'.
Proof.
  intros S T HA x z z'. pose proof (fun k Hk => frequencies_force_collapse S k Hk (T k Hk) z z') as C.
  assert (Q : dot n (counts x) (f z) = dot n (counts x) (f z')) by (apply dot_ext; auto).
  pose proof (exact x z) as E. pose proof (exact x z') as E'.
  transitivity ((dot m (psi z) (g x) + b x) - (dot m (psi z') (g x) + b x)); [ring|].
  rewrite <- E, <- E', Q, (HA z z' C). ring.
Qed.

End Frequencies.
