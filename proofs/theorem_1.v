(** Theorem 1 over an arbitrary field and arbitrary sets X, Z.

    The logarithm of p(x|z) p(z) = p(z|x) p(x), with both conditionals exponential families (6), is equation (9)

        <nu(x), f(z)> + a(z) = <psi(z), g(x)> + b(x)          for all x, z.

    - theorem_1       then there is a matrix W with both sides equal to <nu_e(x), W psi_e(z)> (equation 7, 15);
                      moreover (f, a)(z) = W psi_e(z) and (g, b)(x) = W' nu_e(x)
    - uniqueness      when nu and psi affinely span, only one W does it
    - converse        every W is such a joint: it solves (9) with f, a, g, b read off W
    - f_is_affine     nu affinely spans => f is affine in psi; psi need not span
    - a_is_affine     nu affinely spans => log p(z) - A(z) - log h'(z) (10a) is affine in psi
    - g_is_affine     psi affinely spans => g is affine in nu; nu need not span

    The argument is shorter than dual bases (13)-(16): each unit vector is a combination of vectors nu_e(x_i), so
    coordinate k of f_e(z) is the same combination of <nu_e(x_i), f_e(z)> = <psi_e(z), g_e(x_i)>. *)

From tightcheck Require Import finite_sums.

Section Theorem1.
Context {K : field} {X Z : Type}.
Add Field K_field : (laws K).

(** Equation (12): one product equal to the other; only one side has to span. *)
Lemma matrix_exists n m (phi : X -> nat -> K) (f : Z -> nat -> K) (chi : Z -> nat -> K) (g : X -> nat -> K) :
  spans n phi -> (forall x z, dot n (phi x) (f z) = dot m (chi z) (g x)) ->
  exists W : nat -> nat -> K, forall z i, i < n -> f z i = dot m (W i) (chi z).
Proof.
  intros S E.
  assert (rows : exists W, forall i, i < n -> forall z, f z i = dot m (W i) (chi z)).
  { apply (finite_choice (fun _ => 0) n (fun i w => forall z, f z i = dot m w (chi z))). intros i Hi.
    destruct (read_coordinate n phi i S Hi) as [L R].
    exists (fun j => combine L (fun x => g x j)). intro z.
    rewrite <- (R (f z)), (combine_ext L _ (fun x => dot m (g x) (chi z))).
    - apply combine_dot.
    - intro x. rewrite E. apply dot_comm. }
  destruct rows as [W H]. exists W. auto.
Qed.

Variables n m : nat.
Variable nu : X -> nat -> K.
Variable psi : Z -> nat -> K.
Let nu_e x := extend n (nu x) 1.
Let psi_e z := extend m (psi z) 1.

Section Existence.
Variable f : Z -> nat -> K.
Variable a : Z -> K.
Variable g : X -> nat -> K.
Variable b : X -> K.
Hypothesis equation_9 : forall x z, dot n (nu x) (f z) + a z = dot m (psi z) (g x) + b x.

Lemma equation_12 x z :
  dot (S n) (nu_e x) (extend n (f z) (a z)) = dot (S m) (psi_e z) (extend m (g x) (b x)).
Proof.
  unfold nu_e, psi_e. rewrite !dot_extend. specialize (equation_9 x z).
  transitivity (dot n (nu x) (f z) + a z); [ring|]. rewrite equation_9. ring.
Qed.

Lemma extended_is_affine : affinely_spans n nu -> forall i, i < S n ->
  in_span m psi (fun z => extend n (f z) (a z) i).
Proof.
  intros Sp i Hi. destruct (matrix_exists (S n) (S m) nu_e _ psi_e _ Sp equation_12) as [W H].
  exists (W i), (W i m). intro z. rewrite H by auto.
  unfold psi_e, dot. simpl. rewrite extend_last. f_equal; [|ring].
  apply sum_ext. intros j Hj. now rewrite extend_below.
Qed.

Theorem f_is_affine : affinely_spans n nu -> forall i, i < n -> in_span m psi (fun z => f z i).
Proof.
  intros Sp i Hi. destruct (extended_is_affine Sp i) as (c & c0 & H); [lia|].
  exists c, c0. intro z. rewrite <- H. now rewrite extend_below.
Qed.

Theorem a_is_affine : affinely_spans n nu -> in_span m psi a.
Proof.
  intro Sp. destruct (extended_is_affine Sp n) as (c & c0 & H); [lia|].
  exists c, c0. intro z. rewrite <- H. now rewrite extend_last.
Qed.

Theorem theorem_1 : affinely_spans n nu -> affinely_spans m psi ->
  exists W : nat -> nat -> K,
    (forall x z, dot n (nu x) (f z) + a z = form (S n) (S m) W (nu_e x) (psi_e z)) /\
    (forall z i, i < n -> f z i = dot (S m) (W i) (psi_e z)) /\
    (forall z, a z = dot (S m) (W n) (psi_e z)) /\
    (forall x j, j < m -> g x j = dot (S n) (nu_e x) (fun i => W i j)) /\
    (forall x, b x = dot (S n) (nu_e x) (fun i => W i m)).
Proof.
  intros Sn Sm. destruct (matrix_exists (S n) (S m) nu_e _ psi_e _ Sn equation_12) as [W H].
  assert (J : forall x z, dot n (nu x) (f z) + a z = form (S n) (S m) W (nu_e x) (psi_e z)).
  { intros x z. transitivity (dot (S n) (nu_e x) (extend n (f z) (a z))).
    - unfold nu_e. rewrite dot_extend. ring.
    - apply dot_ext; auto. }
  assert (G : forall x j, j < S m -> extend m (g x) (b x) j = dot (S n) (nu_e x) (fun i => W i j)).
  { intros x. apply (spans_separates (S m) psi_e _ (fun j => dot (S n) (nu_e x) (fun i => W i j)) Sm).
    intro z. rewrite <- equation_12, <- form_transpose, <- J. unfold nu_e. rewrite dot_extend. ring. }
  exists W. repeat split; [exact J| | | | ].
  - intros z i Hi. rewrite <- H by lia. now rewrite extend_below.
  - intros z. rewrite <- H by lia. now rewrite extend_last.
  - intros x j Hj. rewrite <- G by lia. now rewrite extend_below.
  - intros x. rewrite <- G by lia. now rewrite extend_last.
Qed.

End Existence.

Theorem uniqueness (W V : nat -> nat -> K) : affinely_spans n nu -> affinely_spans m psi ->
  (forall x z, form (S n) (S m) W (nu_e x) (psi_e z) = form (S n) (S m) V (nu_e x) (psi_e z)) ->
  forall i j, i < S n -> j < S m -> W i j = V i j.
Proof.
  intros Sn Sm E i j Hi Hj.
  apply (spans_separates (S m) psi_e _ _ Sm); [|assumption]. intro z.
  rewrite !(dot_comm _ (psi_e z)).
  apply (spans_separates (S n) nu_e (fun i => dot (S m) (W i) (psi_e z)) (fun i => dot (S m) (V i) (psi_e z)) Sn);
    [|assumption]. intro x. apply E.
Qed.

(** Every matrix is a solution of (9): f, a are its rows applied to psi_e, and g, b its columns applied to nu_e. *)
Theorem converse (W : nat -> nat -> K) : forall x z,
  dot n (nu x) (fun i => dot (S m) (W i) (psi_e z)) + dot (S m) (W n) (psi_e z)
    = form (S n) (S m) W (nu_e x) (psi_e z) /\
  dot m (psi z) (fun j => dot (S n) (nu_e x) (fun i => W i j)) + dot (S n) (nu_e x) (fun i => W i m)
    = form (S n) (S m) W (nu_e x) (psi_e z).
Proof.
  assert (peel : forall k (u v : nat -> K), dot (S k) (extend k u 1) v = dot k u v + v k).
  { intros k u v. unfold dot; simpl. rewrite extend_last. f_equal; [|ring].
    apply sum_ext. intros i Hi. now rewrite extend_below. }
  intros x z. split.
  - symmetry. apply (peel n (nu x)).
  - rewrite form_transpose. symmetry. apply (peel m (psi z)).
Qed.

End Theorem1.

Section OtherSide.
Context {K : field} {X Z : Type}.

Theorem g_is_affine n m (nu : X -> nat -> K) (psi : Z -> nat -> K) (f : Z -> nat -> K) (a : Z -> K) 
    (g : X -> nat -> K) (b : X -> K) :
  (forall x z, dot n (nu x) (f z) + a z = dot m (psi z) (g x) + b x) ->
  affinely_spans m psi -> forall j, j < m -> in_span n nu (fun x => g x j).
Proof.
  intros E S. apply (f_is_affine m n psi nu g b f a); [|assumption]. intros z x. symmetry. apply E.
Qed.

End OtherSide.
